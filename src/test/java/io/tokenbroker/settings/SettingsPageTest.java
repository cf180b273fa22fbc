package io.tokenbroker.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of all settings says what their comments say. */
class SettingsPageTest {

    private static final Path PAGE = Path.of("docs/settings.md");

    @Test
    void thePageIsWhatMakeSettingsWrites() throws IOException {
        var page = SettingsPage.markdown();
        if (Boolean.getBoolean("settings.write")) {
            Files.writeString(PAGE, page);
        }

        assertThat(PAGE).hasContent(page);
    }

    @Test
    void everySettingHasAMeaningAndIsOnThePageOnce() throws IOException {
        var comments = SettingComments.read();
        var page = SettingsPage.markdown();

        assertThat(Setting.all()).isNotEmpty().allSatisfy(setting -> {
            assertThat(comments.of(setting)).as(setting.key()).isNotEmpty().endsWith(".");
            assertThat(page.split("\\| `" + Pattern.quote(SettingsPage.readable(setting.key())) + "` \\|", -1))
                    .as(setting.key())
                    .hasSize(2);
        });
    }
}
