from django.db import models


class KnownNetwork(models.Model):
    """A network from which an operator signed in. Both are in it as one keyed hash, and nothing else of them."""

    digest = models.CharField(max_length=64, primary_key=True)
    seen_on = models.DateField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.digest[:8]
