"""Types of fields that several settings use: names, texts, plain values, indices of columns."""

from typing import Annotated

from pydantic import Field

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
Scalar = str | int | float | bool
Text = Annotated[str, Field(pattern=r"\S")]
Index = Annotated[int, Field(ge=0)]
