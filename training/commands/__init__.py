"""The larger commands of `scamjob`, a module each; `training.command` imports one when it is called."""
