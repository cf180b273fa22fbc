package io.tokenbroker.doctor;

import java.util.regex.Pattern;

/**
 * What a check found.
 *
 * @param subject of which provider, client or server, where there are several; else empty
 * @param found in one line
 */
record Finding(Check check, Result result, String subject, String found) {

    /** Others choose names: these may hold commands to a terminal. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private static final int LONGEST = 1_000;

    Finding {
        subject = printable(subject);
        found = printable(found);
    }

    static Finding ok(Check check, String subject, String found) {
        return new Finding(check, Result.OK, subject, found);
    }

    static Finding warning(Check check, String subject, String found) {
        return new Finding(check, Result.WARNING, subject, found);
    }

    static Finding fault(Check check, String subject, String found) {
        return new Finding(check, Result.FAULT, subject, found);
    }

    static Finding ask(Check check, String found) {
        return new Finding(check, Result.ASK, "", found);
    }

    private static String printable(String text) {
        var clean = UNPRINTABLE.matcher(text).replaceAll("?");
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + " …";
    }

    /** Only a fault makes the exit code 1. */
    enum Result {
        OK("✓"),
        /** It works, and has its price; or it may be wanted so. */
        WARNING("!"),
        FAULT("✗"),
        /** Only a try on the real server tells. */
        ASK("?");

        private final String sign;

        Result(String sign) {
            this.sign = sign;
        }

        String sign() {
            return sign;
        }
    }
}
