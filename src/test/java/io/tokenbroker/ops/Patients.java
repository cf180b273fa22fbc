package io.tokenbroker.ops;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tokenbroker.doctor.Patient;
import java.util.Map;

/** Settings as the doctor gets them, whether a broker would start with them or not. */
public final class Patients {

    private Patients() {}

    public static Patient of(Map<String, String> settings) {
        return Broker.AsGiven.patient(new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build());
    }
}
