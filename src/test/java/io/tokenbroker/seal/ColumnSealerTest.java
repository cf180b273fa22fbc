package io.tokenbroker.seal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class ColumnSealerTest {

    private static final Secret TOKEN = Secret.of("a refresh token");

    @Test
    void aValueOfAnUnknownKeyIsAnErrorInTheLogOnceForEachAccount() {
        var sealed = TestSealers.with("old").seal(TOKEN, "one", "refresh_token");
        var sealer = TestSealers.with("new");

        var logged = logged(() -> List.of("one", "one", "two", "one", "two")
                .forEach(account -> assertThat(sealer.open(sealed, account, "refresh_token"))
                        .isEmpty()));

        assertThat(logged).hasSize(2);
    }

    private static List<LogRecord> logged(Runnable work) {
        var lines = new CopyOnWriteArrayList<LogRecord>();
        var listener = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var log = Logger.getLogger(ColumnSealer.class.getName());
        log.addHandler(listener);
        try {
            work.run();
        } finally {
            log.removeHandler(listener);
        }
        return lines;
    }
}
