package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void withoutOneTheTestsAreSkipped() {
        assertThat(Chromium.find("/nowhere")).isEmpty();
        assertThat(Chromium.isHereOrMustBe(Optional.empty(), false)).isFalse();
    }

    @Test
    void inCiTheyFailInstead() {
        assertThat(Chromium.isHereOrMustBe(Optional.empty(), true)).isTrue();
    }
}
