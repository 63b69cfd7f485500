"""Gates: rules that a comparison is held against, for pipelines."""

from heatwright.gates.grammar import Rule, parse_rule
from heatwright.gates.judging import Judgement, Outcome, judge
from heatwright.gates.junit import github_lines, junit

__all__ = ["Judgement", "Outcome", "Rule", "github_lines", "judge", "junit", "parse_rule"]
