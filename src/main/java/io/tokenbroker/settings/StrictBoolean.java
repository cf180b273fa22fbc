package io.tokenbroker.settings;

import java.util.Locale;
import org.eclipse.microprofile.config.spi.Converter;

/** True or false; by default any other word would silently be false, and a misspelt {@code true} switch PKCE off. */
public final class StrictBoolean implements Converter<Boolean> {

    private static final long serialVersionUID = 1;

    @Override
    public Boolean convert(String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("expected true or false");
        };
    }
}
