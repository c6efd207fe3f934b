from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rtc_tickets", "0002_groups")]
    operations = [
        migrations.AlterField(
            model_name="ticket",
            name="kind",
            field=models.CharField(
                choices=[("call", "Call"), ("request", "Request")], default="call", max_length=16, verbose_name="kind"
            ),
        ),
    ]
