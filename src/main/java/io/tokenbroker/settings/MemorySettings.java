package io.tokenbroker.settings;

import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** How much memory the broker takes. */
public interface MemorySettings {

    /** What the caches may hold together, tokens most of all: a size from 1M on, or a part of the heap up to 75%. */
    @WithDefault("25%")
    @WithConverter(HeapPart.class)
    @Example(value = "25%", of = "a size from 1M on, such as 64M, or a part of the heap up to 75%")
    long caches();
}
