from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('referral', '0004_every_consent_of_a_packet'),
    ]

    operations = [
        migrations.AddField(
            model_name='threadrow',
            name='out_since',
            field=models.DateTimeField(null=True),
        ),
    ]
