"""What happens at landmark encounters and non-encounters.

- ``alternative_positions``  the wrong places that fit the last landmark met: what the belief puts there, and what the state shows there
- ``categories``             categories of encounters, and the samples around them
- ``encounters``             analysis `encounters`: how many of each category, and activity around them
- ``matched_passages``       passages in the dark: where a landmark was missed, where none could be, and ones like either after both were met
- ``non_encounters``         analysis `missed`: what it does to the state, and to the belief, that a landmark is not where it could have been
- ``trajectory_divergence``  analysis `divergence`: how far the states of a- and b-encounters are apart, against the spread within each
"""
