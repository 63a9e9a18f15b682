from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("todoproject", "0001_operator_groups")]

    operations = [
        migrations.CreateModel(
            name="KnownNetwork",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("seen_on", models.DateField()),
            ],
            options={"default_permissions": ()},
        ),
    ]
