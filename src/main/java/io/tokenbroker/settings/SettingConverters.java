package io.tokenbroker.settings;

import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.spi.Converter;

/** Values that the configuration's own converters read too kindly. */
public final class SettingConverters {

    private SettingConverters() {}

    /** True or false; by default any other word would silently be false, and a misspelt {@code true} switch PKCE off. */
    public static final class StrictBoolean implements Converter<Boolean> {

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

    /** Bytes of the heap: a size such as {@code 64M}, or a part such as {@code 25%}. */
    public static final class HeapPart implements Converter<Long> {

        private static final long serialVersionUID = 1;

        private static final Pattern FORM = Pattern.compile("([0-9]{1,9})([KMG%]?)");
        private static final long LEAST = 1 << 20;

        /** Of the heap: the rest of the broker needs some as well. */
        private static final int MOST_PERCENT = 75;

        @Override
        public Long convert(String value) {
            var form = FORM.matcher(value.strip().toUpperCase(Locale.ROOT));
            if (!form.matches()) {
                throw new IllegalArgumentException("expected a size or a percentage");
            }
            var number = Long.parseLong(form.group(1));
            var heap = Runtime.getRuntime().maxMemory();
            var bytes = switch (form.group(2)) {
                case "K" -> number << 10;
                case "M" -> number << 20;
                case "G" -> number << 30;
                case "%" -> heap / 100 * number;
                default -> number;
            };
            if (bytes < LEAST || bytes > heap / 100 * MOST_PERCENT) {
                throw new IllegalArgumentException(
                        "expected at least 1M and at most %d%% of the heap".formatted(MOST_PERCENT));
            }
            return bytes;
        }
    }
}
