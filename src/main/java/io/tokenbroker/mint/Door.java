package io.tokenbroker.mint;

import java.util.Locale;

/** Where a mint was asked for. */
public enum Door {
    REST,
    BATCH,
    TOKEN_EXCHANGE,
    MANAGED_IDENTITY,
    AZD;

    /** As metrics have it. */
    public final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');
}
