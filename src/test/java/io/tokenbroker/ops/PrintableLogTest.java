package io.tokenbroker.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.LinkingTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people and upstreams choose neither begins a line of the log nor tells a terminal what to do. */
@QuarkusTest
class PrintableLogTest extends LinkingTest {

    private static final Logger LOG = Logger.getLogger(PrintableLogTest.class);

    /** Line feed, carriage return, both, escape, next line, C1, delete, NUL, line separator, right-to-left override. */
    @ParameterizedTest
    @ValueSource(
            strings = {"\n", "\r", "\r\n", "\u001b[2J", "\u0085", "\u009b2J", "\u007f", "\u0000", "\u2028", "\u202e"})
    void theNameOfAProviderStaysOnItsLine(String control) throws IOException {
        var mark = "forged-" + UUID.randomUUID();

        add(FusionAuthStandIn.linkingProvider(
                "Evil" + control + mark, sandbox().entra().url() + "/common/v2.0", "client", "secret"));

        assertOnOneLine(mark, "is left out");
    }

    @Test
    void aMessageOfAnExceptionOrOfItsCausesStaysOnItsLine() throws IOException {
        var mark = "forged-" + UUID.randomUUID();
        var cause = new IllegalArgumentException("cause\r\n" + mark + "-1");
        var failure = new IllegalStateException("failed\n" + mark + "-2", cause);
        failure.addSuppressed(new IOException("suppressed\u001b[31m" + mark + "-3"));

        LOG.warnf(failure, "Failed by %s", "caller\n" + mark + "-4");

        for (var i = 1; i <= 4; i++) {
            assertOnOneLine(mark + "-" + i, "\\u00");
        }
        assertThat(lines()).anyMatch(line -> line.contains("at io.tokenbroker.ops.PrintableLogTest"));
    }

    private static void assertOnOneLine(String mark, String beside) throws IOException {
        assertThat(lines().stream().filter(line -> line.contains(mark)))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line)
                        .doesNotStartWith("forged")
                        .contains(beside)
                        .matches("[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]*|\t.*"));
    }

    private static List<String> lines() throws IOException {
        var file = ConfigProvider.getConfig().getValue("quarkus.log.file.path", String.class);
        // Not readAllLines, which would end a line at a carriage return too, and show none.
        return List.of(Files.readString(Path.of(file)).split("\n", -1));
    }
}
