// Nothing happens here: the page itself is the load.
bench.run = async () => bench.mark();
