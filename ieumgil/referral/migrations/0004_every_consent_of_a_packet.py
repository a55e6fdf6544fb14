from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def _keep_the_one_there_was(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    threads: Any = apps.get_model("referral", "ThreadRow")  # as it was then
    for row in threads.objects.exclude(grant=None):
        row.grants = [str(row.grant)]
        row.save(update_fields=["grants"])


class Migration(migrations.Migration):

    dependencies = [
        ('referral', '0003_duties_followed'),
    ]

    operations = [
        migrations.AddField(
            model_name='threadrow',
            name='grants',
            field=models.JSONField(default=list),
        ),
        migrations.RunPython(_keep_the_one_there_was, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='threadrow',
            name='grant',
        ),
    ]
