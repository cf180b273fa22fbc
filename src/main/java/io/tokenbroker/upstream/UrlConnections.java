package io.tokenbroker.upstream;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;

/**
 * Sets how the JDK's {@link java.net.HttpURLConnection}, which FusionAuth's client uses, treats connections. It reads these
 * properties once, at its first use, so they are set before there is any bean.
 */
class UrlConnections {

    static void prepare(@Observes @Initialized(ApplicationScoped.class) Object start) {
        // It keeps five idle connections a host otherwise.
        System.setProperty("http.maxConnections", "64");
        // It may not repeat a POST whose connection closes: an authorization code goes out once.
        System.setProperty("sun.net.http.retryPost", "false");
        // It refuses to tell a proxy a password otherwise.
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    }
}
