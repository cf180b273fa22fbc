package io.tokenbroker;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.tokenbroker.seal.Secret;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A record prints all it holds unless told otherwise; one that holds what opens something must be told. */
class PrintedRecordsTest {

    private static final String SECRET = "this-opens-something";

    /** Names of what must not be printed, told by the last word or two. */
    private static final Pattern OPENS_SOMETHING = Pattern.compile(
            "(?i).*(state|code|verifier|token|secret|password|key|credential|sealed|pendingLinkId|authorizeUrl)");

    /** Named alike, and public. */
    private static final Set<String> HARMLESS =
            Set.of("Problem.code", "OAuthError.brokerCode", "AzdError.code", "Setting.key");

    static Stream<Class<?>> records() {
        return new ClassFileImporter()
                .withImportOption(new ArchitectureTest.ProductionOnly()).importPackages("io.tokenbroker").stream()
                        .filter(JavaClass::isRecord)
                        .<Class<?>>map(JavaClass::reflect)
                        .filter(record -> components(record).anyMatch(part -> opensSomething(record, part)));
    }

    @Test
    void thereAreSome() {
        assertThat(records().map(Class::getSimpleName))
                .contains("AuthorizationStarted", "AuthorizationState", "CompleteRequest", "Pending", "ResolveRequest");
    }

    @ParameterizedTest
    @MethodSource("records")
    void whatOpensSomethingIsNotPrinted(Class<?> record) throws ReflectiveOperationException {
        var parts = components(record).toList();
        var constructor = record.getDeclaredConstructor(
                parts.stream().map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true);

        var made = constructor.newInstance(
                parts.stream().map(part -> sample(record, part)).toArray());

        assertThat(made.toString()).doesNotContain(SECRET);
    }

    private static Stream<RecordComponent> components(Class<?> record) {
        return Arrays.stream(record.getRecordComponents());
    }

    private static boolean opensSomething(Class<?> record, RecordComponent part) {
        return part.getType().equals(String.class)
                && OPENS_SOMETHING.matcher(part.getName()).matches()
                && !HARMLESS.contains(record.getSimpleName() + "." + part.getName());
    }

    private static @Nullable Object sample(Class<?> record, RecordComponent part) {
        return opensSomething(record, part) ? SECRET : harmless(part.getType());
    }

    /** Any value will do for the rest; none where the type is another. */
    private static @Nullable Object harmless(Class<?> type) {
        return Stream.<Object>of(
                        UUID.randomUUID(),
                        Instant.EPOCH,
                        Secret.of(SECRET),
                        Optional.empty(),
                        List.of(),
                        Set.of(),
                        Map.of(),
                        0L,
                        0,
                        false)
                .filter(value -> type.isInstance(value) || isPrimitiveOf(type, value))
                .findFirst()
                .orElse(null);
    }

    private static boolean isPrimitiveOf(Class<?> type, Object value) {
        return (type == long.class && value instanceof Long)
                || (type == int.class && value instanceof Integer)
                || (type == boolean.class && value instanceof Boolean);
    }
}
