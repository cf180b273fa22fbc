package io.tokenbroker.support;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;

/** A profile whose settings win over those of {@link SandboxResource}; what Quarkus takes from a profile itself does not. */
public abstract class OverSandbox implements QuarkusTestProfile {

    private final Map<String, String> settings;

    protected OverSandbox(Map<String, String> settings) {
        this.settings = Map.copyOf(settings);
    }

    @Override
    public final List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Later.class, settings));
    }

    /** Comes after the sandbox. */
    public static final class Later implements QuarkusTestResourceLifecycleManager {

        private Map<String, String> settings = Map.of();

        @Override
        public void init(Map<String, String> given) {
            settings = given;
        }

        @Override
        public int order() {
            return 1;
        }

        @Override
        public Map<String, String> start() {
            return settings;
        }

        @Override
        public void stop() {
            // Nothing was started.
        }
    }
}
