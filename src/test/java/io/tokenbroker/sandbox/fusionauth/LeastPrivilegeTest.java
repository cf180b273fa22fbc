package io.tokenbroker.sandbox.fusionauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The sandbox's keys may do what docs/operate.md lists, so that what it lists is known to be enough. */
class LeastPrivilegeTest {

    private static final Pattern ROW =
            Pattern.compile("^ *\\| `(/api/[^`]+)` \\| ([A-Z, ]+) \\| (.*) \\|$", Pattern.MULTILINE);

    @Test
    void theBrokersKeyMayWhatTheDocumentsList() throws IOException {
        assertThat(FusionAuthStandIn.BROKER_PERMISSIONS).isEqualTo(listed("(?!.*key of its own).*"));
    }

    @Test
    void onlyADiscoveryMaySearchUsers() throws IOException {
        assertThat(listed(".*key of its own.*")).isEqualTo(Map.of(UserSearch.PATH, Set.of("POST")));
    }

    private static Map<String, Set<String>> listed(String remark) throws IOException {
        var permissions = new HashMap<String, Set<String>>();
        ROW.matcher(Files.readString(Path.of("docs/operate.md")))
                .results()
                .filter(row -> row.group(3).matches(remark))
                .forEach(
                        row -> permissions.put(row.group(1), Set.of(row.group(2).split(", "))));
        return permissions;
    }
}
