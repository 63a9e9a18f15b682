from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('betterauth_auth', '0002_operators'),
    ]

    operations = [
        migrations.AddField(
            model_name='identity',
            name='granted_by',
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='identity',
            name='granted_issued_at',
            field=models.DateTimeField(editable=False, help_text='When the token was issued that groups and rights follow.', null=True),
        ),
    ]
