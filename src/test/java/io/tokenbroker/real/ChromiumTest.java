package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class ChromiumTest {

    @TempDir
    private Path folder;

    @Test
    void aBrowserIsFoundUnderAnyOfItsNames() throws IOException {
        var browser = Files.createFile(folder.resolve("google-chrome"));
        assertThat(browser.toFile().setExecutable(true)).isTrue();

        assertThat(Chromium.find("/nowhere" + File.pathSeparator + folder)).contains(browser);
    }

    @Test
    void withoutOneTheTestsAreSkippedAndSayHowToGetIt() {
        assertThat(Chromium.find("/nowhere")).isEmpty();
        assertThatThrownBy(() -> Chromium.requireOrSkip(Optional.empty(), false))
                .isInstanceOf(TestAbortedException.class)
                .hasMessageContaining("apt-get install chromium");
    }

    @Test
    void inCiTheyFailInstead() {
        assertThatThrownBy(() -> Chromium.requireOrSkip(Optional.empty(), true))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("apt-get install chromium");
    }
}
