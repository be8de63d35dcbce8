"""Activity, states and beliefs at landmark encounters and non-encounters.

- ``alternative_positions``  alternative positions, the belief in them, and evidence for them decoded from the state
- ``categories``             encounter categories, and the samples around encounters
- ``encounters``             analysis `encounters`: counts and mean activity of each encounter category
- ``matched_passages``       sets of four matched passages: non-encounter, other passage, and a twin of each
- ``non_encounters``         analysis `non_encounters`: state and belief at non-encounters, compared with matched passages
- ``trajectory_divergence``  analysis `trajectory_divergence`: distance between the states of matched a- and b-encounters
"""
