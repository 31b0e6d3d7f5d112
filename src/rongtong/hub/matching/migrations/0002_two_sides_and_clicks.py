from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_initial")]

    operations = [
        migrations.AddField(
            "impression", "lists", models.CharField(max_length=8, db_default="offers", default="offers")
        ),
        migrations.AddField(
            "impression", "forward", models.DecimalField(decimal_places=1, max_digits=5, null=True)
        ),
        migrations.AddField(
            "impression", "backward", models.DecimalField(decimal_places=1, max_digits=5, null=True)
        ),
        migrations.AddField(
            "impression", "ranker", models.CharField(blank=True, max_length=24, db_default="", default="")
        ),
        migrations.AddIndex("impression", models.Index(fields=["at"], name="impression_at")),
        migrations.CreateModel(
            name="PairScore",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("subject_id", models.UUIDField()),
                ("organisation_id", models.UUIDField()),
                ("forward", models.DecimalField(decimal_places=1, max_digits=5, null=True)),
                ("backward", models.DecimalField(decimal_places=1, max_digits=5, null=True)),
                ("score", models.DecimalField(decimal_places=1, max_digits=5, null=True)),
                ("fronts", models.PositiveIntegerField(default=0)),
                ("gives_way", models.BooleanField(default=False)),
                ("at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "indexes": [models.Index(fields=["organisation_id"], name="pair_organisation")],
                "constraints": [
                    models.UniqueConstraint(fields=("subject_id", "organisation_id"), name="pair_score_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Click",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=Now())),
                ("lists", models.CharField(default="offers", max_length=8)),
                ("subject_id", models.UUIDField()),
                ("viewer_organisation_id", models.UUIDField(null=True)),
                ("organisation_id", models.UUIDField()),
                ("rank", models.PositiveSmallIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["subject_id", "organisation_id"], name="click_pair")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("lists__in", ["offers", "needs"])), name="click_lists"
                    )
                ],
            },
        ),
    ]
