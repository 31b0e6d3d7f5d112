"""The whole analysis of a chain on one's own two files, as one page that is read without a network and printed."""

from rongtong.engines.resilience.report.findings import Findings, analyse
from rongtong.engines.resilience.report.page import LANGUAGES, faults_page, report_page
from rongtong.engines.resilience.report.reading import read_table

__all__ = ["LANGUAGES", "Findings", "analyse", "faults_page", "read_table", "report_page"]
