package io.tokenbroker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.module.ModuleDescriptor.Version;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parts of the platform that had published vulnerabilities are on the class path in a version without them, and in no other. */
class DependenciesTest {

    private static final Pattern JAR = Pattern.compile("(.+?)-(\\d[^/]*)\\.jar");

    @ParameterizedTest
    @CsvSource({
        "netty-(codec.*|handler.*|common|buffer|transport.*|resolver.*), 4.1.138.Final, 4.2",
        "jackson-(core|databind|datatype-.*|module-.*),                 2.21.8,        3",
        "micrometer-.*,                                                 1.16.8,        2"
    })
    void noPartWithAPublishedVulnerabilityIsOnTheClassPath(String name, String least, String below) {
        var found = versions(name);

        assertThat(found)
                .isNotEmpty()
                .allSatisfy(version -> assertThat(Version.parse(version))
                        .isGreaterThanOrEqualTo(Version.parse(least))
                        .isLessThan(Version.parse(below)));
        assertThat(found.stream().distinct()).hasSize(1);
    }

    private static List<String> versions(String name) {
        return jars().map(JAR::matcher)
                .filter(jar -> jar.matches() && jar.group(1).matches(name))
                .map(jar -> jar.group(2))
                .toList();
    }

    private static Stream<String> jars() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> new File(entry).getName());
    }
}
