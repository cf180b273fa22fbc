package io.tokenbroker.keepalive;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.keepalive.KeepAlive.Options;
import io.tokenbroker.keepalive.KeepAliveCommand.CommandLine;
import io.tokenbroker.keepalive.KeepAliveCommand.CommandLine.Accepted;
import io.tokenbroker.keepalive.KeepAliveCommand.CommandLine.Help;
import io.tokenbroker.keepalive.KeepAliveCommand.CommandLine.Wrong;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {

    @Test
    void withoutOptionsItRunsAtFiveASecond() {
        assertThat(parse("")).isEqualTo(new Accepted(new Options(5, Optional.empty(), false, false)));
    }

    @Test
    void optionsComeInAnyOrder() {
        assertThat(parse("--checkpoint /tmp/k.json --rate 1000"))
                .isEqualTo(new Accepted(new Options(1000, Optional.of(Path.of("/tmp/k.json")), false, false)));
        assertThat(parse("--dry-run --rate 1")).isEqualTo(new Accepted(new Options(1, Optional.empty(), true, false)));
        assertThat(parse("--discover")).isEqualTo(new Accepted(new Options(5, Optional.empty(), false, true)));
        assertThat(parse("--rate 7 --help")).isInstanceOf(Help.class);
    }

    @ParameterizedTest
    @CsvSource({
        "--rate,            --rate takes a number",
        "--rate 0,          --rate takes a number",
        "--rate 1001,       --rate takes a number",
        "--rate 2.5,        --rate takes a number",
        "--rate --dry-run,  --rate takes a number",
        "--checkpoint,      --checkpoint takes a file",
        "--verbose,         unknown argument: --verbose",
        "now,               unknown argument: now",
        "--dry-run --checkpoint k, --dry-run changes nothing"
    })
    void whatIsWrongIsSaid(String arguments, String why) {
        assertThat(parse(arguments))
                .isInstanceOfSatisfying(
                        Wrong.class, wrong -> assertThat(wrong.what()).startsWith(why));
    }

    private static CommandLine parse(String arguments) {
        return CommandLine.parse(arguments.isEmpty() ? List.of() : List.of(arguments.split(" +", -1)));
    }
}
