"""The tag beside rrweb's recorder and Clarity: what it weighs, costs and sends."""
