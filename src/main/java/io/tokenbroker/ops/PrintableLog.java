package io.tokenbroker.ops;

import io.quarkus.logging.LoggingFilter;
import java.util.Optional;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import java.util.regex.Pattern;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Writes control characters in log messages as escapes: a name that a person or an upstream chose could begin a line of
 * its own, or tell the terminal what to do. Lets every record pass.
 */
@LoggingFilter(name = "printable")
public final class PrintableLog implements Filter {

    /** Control and format characters, those that change the direction of writing among them, and ends of lines. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private static final ExtFormatter TEXT = new PatternFormatter("%s");

    /** Of causes, so that a circle of them ends. */
    private static final int DEEPEST = 20;

    @Override
    public boolean isLoggable(LogRecord entry) {
        var record = ExtLogRecord.wrap(entry);
        var message = TEXT.formatMessage(record);
        if (message != null && UNPRINTABLE.matcher(message).find()) {
            record.setMessage(printable(message), ExtLogRecord.FormatStyle.NO_FORMAT);
        }
        if (record.getThrown() != null && !(record.getThrown() instanceof PrintableThrowable)) {
            record.setThrown(new PrintableThrowable(record.getThrown(), DEEPEST));
        }
        return true;
    }

    private static String printable(String text) {
        return UNPRINTABLE
                .matcher(text)
                .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0)));
    }

    /** Another, which reads the same line by line: its frames, its causes, its message without control characters. */
    private static final class PrintableThrowable extends Throwable {

        private static final long serialVersionUID = 1;

        private final String text;

        PrintableThrowable(Throwable original, int depth) {
            super(null, cause(original, depth), true, true);
            this.text = printable(original.toString());
            setStackTrace(original.getStackTrace());
            if (depth > 0) {
                for (var suppressed : original.getSuppressed()) {
                    addSuppressed(new PrintableThrowable(suppressed, depth - 1));
                }
            }
        }

        private static @Nullable Throwable cause(Throwable original, int depth) {
            return Optional.ofNullable(original.getCause())
                    .filter(cause -> depth > 0)
                    .map(cause -> new PrintableThrowable(cause, depth - 1))
                    .orElse(null);
        }

        @Override
        @SuppressWarnings("OverrideThrowableToString") // its class is not the one to name
        public String toString() {
            return text;
        }
    }
}
