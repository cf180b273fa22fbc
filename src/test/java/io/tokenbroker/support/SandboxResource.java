package io.tokenbroker.support;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.Webhooks;
import java.util.HashMap;
import java.util.Map;

/** The stand-ins, once for all tests of a run, and the settings that make the broker use them. */
public final class SandboxResource implements QuarkusTestResourceLifecycleManager {

    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    /** The file {@code mounted}, of a client that may do nothing. */
    private static final MountedSecrets SECRETS = new MountedSecrets(
            Map.of("mounted", ClientKey.sha256(ClientKey.of("mounted").key())));

    public static Sandbox sandbox() {
        return SANDBOX;
    }

    public static MountedSecrets secrets() {
        return SECRETS;
    }

    @Override
    public Map<String, String> start() {
        var settings = new HashMap<>(SANDBOX.settingsOfTheImpatient());
        settings.put("broker.fusionauth.webhook-key-id", Webhooks.KEY_ID);
        settings.put(
                "broker.clients.mounted.key-sha256-file",
                SECRETS.file("mounted").toString());
        // All tests of a class are the same few users.
        settings.put("broker.users.requests-per-minute", "1000000");
        // Everything that a DEBUG log of ours can say is searched for secrets when the suite is over.
        settings.put("quarkus.log.console.level", "WARN");
        settings.put("quarkus.log.file.enabled", "true");
        settings.put("quarkus.log.file.path", System.getProperty("sandbox.logs", "target/leaks/logs") + "/broker.log");
        // One file for all profiles' brokers: rotation keeps five and forgets the rest.
        settings.put("quarkus.log.file.rotation.rotate-on-boot", "false");
        settings.put("quarkus.log.file.rotation.max-file-size", "4G");
        settings.put("quarkus.log.category.\"io.tokenbroker\".level", "DEBUG");
        settings.put("broker.audit.file", AuditLines.FILE.toString());
        return settings;
    }

    @Override
    public void stop() {
        // The stand-ins live as long as the JVM: another profile's tests use them too.
    }
}
