"""Types of single values that several shapes share: bounded, finite, without NUL."""

from decimal import Decimal
from typing import Annotated

from ninja import Field

NO_NUL = r"^[^\x00]*$"
Line = Annotated[str, Field(max_length=300, pattern=NO_NUL)]
Words = Annotated[str, Field(max_length=8000, pattern=NO_NUL)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2, allow_inf_nan=False)]
Number = Annotated[Decimal, Field(max_digits=18, decimal_places=6, allow_inf_nan=False)]
RowId = Annotated[int, Field(ge=1, le=2**62)]
Months = Annotated[int, Field(ge=1, le=120)]
Feedback = Annotated[str, Field(max_length=2000, pattern=NO_NUL)]
#: Text that the database can keep.
Plain = Annotated[str, Field(pattern=NO_NUL)]
