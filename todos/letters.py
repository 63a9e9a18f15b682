"""Which letters a text may have, whoever writes it."""

from django.core.validators import RegexValidator

# Tab and newline are no control characters to a writer; a carriage return is only the half of a newline.
ONE_LINE_FAULTS = RegexValidator(
    r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$", "Control characters are not accepted.", "control_character"
)
TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
TEXT_FAULTS = RegexValidator(TEXT, "Control characters are not accepted.", "control_character")
# DRF has a rule for them that looks at each letter in Python: two thirds of the time that a large body takes.
SURROGATE_FAULTS = RegexValidator(
    "^[^\ud800-\udfff]*$", "Surrogate characters are not allowed.", "surrogate_characters_not_allowed"
)
