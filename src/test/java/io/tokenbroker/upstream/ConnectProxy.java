package io.tokenbroker.upstream;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy that asks for a password and knows hosts that no resolver knows: it ends their TLS itself and passes what is
 * within to stand-ins.
 */
public final class ConnectProxy implements AutoCloseable {

    public static final String USER = "proxy-user";
    public static final String PASSWORD = "proxy-password-4kWqYbW5";

    private static final String STORE_PASSWORD = "changeit";

    private final ServerSocket server;
    private final SSLContext tls;
    private final Path keyStore;
    private final Map<String, URI> hosts;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    public ConnectProxy(Map<String, URI> hosts) {
        this.hosts = Map.copyOf(hosts);
        try {
            keyStore = Files.createTempDirectory("proxy").resolve("keys.p12");
            tls = tls(certify(
                    String.join(",", hosts.keySet().stream().map("dns:"::concat).toList())));
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.startVirtualThread(this::accept);
    }

    public String url() {
        return "http://%s:%s@localhost:%d".formatted(USER, PASSWORD, server.getLocalPort());
    }

    /** Trusts the certificate of all its hosts. */
    public SSLContext tls() {
        return tls;
    }

    public Path keyStore() {
        return keyStore;
    }

    public String keyStorePassword() {
        return STORE_PASSWORD;
    }

    /** The targets that were asked for with the password, host and port. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var caller = server.accept();
                Thread.startVirtualThread(() -> serve(caller));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket caller) {
        try (caller) {
            while (true) {
                var request = request(caller.getInputStream());
                if (request.isEmpty()) {
                    return;
                }
                var target = request.getFirst().split(" ", -1)[1];
                if (request.stream()
                        .noneMatch(line -> line.equalsIgnoreCase("Proxy-Authorization: Basic " + credentials()))) {
                    say(
                            caller,
                            "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0");
                    continue;
                }
                asked.add(target);
                tunnel(caller, hosts.get(target.replaceFirst(":.*", "")));
                return;
            }
        } catch (IOException gone) {
            // So is the call.
        }
    }

    private void tunnel(Socket caller, @Nullable URI to) throws IOException {
        if (to == null) {
            say(caller, "502 Bad Gateway\r\nContent-Length: 0");
            return;
        }
        say(caller, "200 Connection established");
        try (var inside = (SSLSocket) tls.getSocketFactory().createSocket(caller, null, caller.getPort(), false);
                var upstream = new Socket(to.getHost(), to.getPort())) {
            inside.setUseClientMode(false);
            var back = Thread.startVirtualThread(() -> copy(upstream, inside));
            copy(inside, upstream);
            back.interrupt();
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            OutputStream out = to.getOutputStream();
            from.getInputStream().transferTo(out);
        } catch (IOException ended) {
            // The other direction ends as well.
        }
    }

    /** The lines of a request without a body; byte by byte, for what follows may be TLS. */
    private static List<String> request(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            var next = in.read();
            if (next < 0) {
                return List.of();
            }
            head.append((char) next);
        }
        return new BufferedReader(new InputStreamReader(
                        new ByteArrayInputStream(head.toString().getBytes(StandardCharsets.ISO_8859_1)),
                        StandardCharsets.ISO_8859_1))
                .lines()
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static void say(Socket to, String status) throws IOException {
        to.getOutputStream().write(("HTTP/1.1 " + status + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String credentials() {
        return Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.ISO_8859_1));
    }

    private Path certify(String names) throws IOException {
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        try {
            var made = new ProcessBuilder(
                            keytool,
                            "-genkeypair",
                            "-alias",
                            "proxy",
                            "-keyalg",
                            "EC",
                            "-validity",
                            "30",
                            "-dname",
                            "CN=proxy",
                            "-ext",
                            "san=" + names,
                            "-storetype",
                            "PKCS12",
                            "-keystore",
                            keyStore.toString(),
                            "-storepass",
                            STORE_PASSWORD)
                    .inheritIO()
                    .start()
                    .waitFor();
            if (made != 0) {
                throw new IllegalStateException("keytool says " + made);
            }
            return keyStore;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext tls(Path store) throws IOException {
        try (var in = Files.newInputStream(store)) {
            var keys = KeyStore.getInstance("PKCS12");
            keys.load(in, STORE_PASSWORD.toCharArray());
            // The key is its own authority.
            var trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("proxy", keys.getCertificate("proxy"));
            var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, STORE_PASSWORD.toCharArray());
            var others = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            others.init(trusted);
            var context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), others.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
