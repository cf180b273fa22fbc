package io.tokenbroker.settings;

import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** How much memory what takes. */
public interface MemorySettings {

    /** What the caches may hold together: a size such as {@code 64M}, or a part of the heap. */
    @WithDefault("25%")
    @WithConverter(HeapPart.class)
    long caches();
}
