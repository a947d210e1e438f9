"""A plugin in Python with one anonymization strategy, `place`, as `cargo xtask bench sync` measures it."""

from anonymization import Strategy
from wit_world.exports import anonymization, identity

PROPERTIES = anonymization.Properties.DETERMINISTIC
SUMMARY = "Replaces names of places by invented ones"


class Identity:
    def describe(self):
        wants = identity.Capabilities(identity.DatabaseAccess.NONE, [], False, [], None)
        return identity.Info("bench:python", "1.0.0", SUMMARY, None, None, wants)


class Anonymization:
    def list_strategies(self):
        return [anonymization.StrategyInfo("place", SUMMARY, "", ["text"], PROPERTIES, [], None, None)]

    def open(self, strategy, options, target, row):
        return Strategy()
