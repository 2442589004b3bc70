package io.subrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.subrelay.harness.Hooks;
import io.subrelay.harness.RelayProcess;
import io.subrelay.harness.TempFolders;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** TLS at the runner's own port, and to a destination whose certificate only a trust store of one's own knows. */
class TlsIT {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path folder = TempFolders.create();

    @Test
    void servesAndCallsByCertificatesOfItsOwn() throws Exception {
        Path own = keyStore("own");
        Path other = keyStore("other");
        AtomicInteger delivered = new AtomicInteger();
        HttpsServer destination = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        destination.setHttpsConfigurator(new HttpsConfigurator(context(other)));
        destination.createContext("/", exchange -> {
            delivered.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        destination.start();
        try (RelayProcess relay = RelayProcess.start(Map.of("camel.ssl.enabled", "true",
                "camel.ssl.key-store", "file:" + own, "camel.ssl.keystore-password", new String(PASSWORD),
                "segment.write-key", "k-1", "segment.url", "https://localhost:" + destination.getAddress().getPort()),
                "-Djavax.net.ssl.trustStore=" + other, "-Djavax.net.ssl.trustStorePassword=" + new String(PASSWORD))) {
            HttpRequest webhook = HttpRequest.newBuilder(
                    URI.create("https://localhost:" + relay.api().port() + "/webhooks/revenuecat"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(Hooks.renewal("anna", 1).toString())).build();
            assertThat(HttpClient.newBuilder().sslContext(context(own)).build()
                    .send(webhook, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
            await().until(() -> delivered.get() == 1);

            // the commands, which trust the certificate by whatever name it is for
            assertThat(relay.command("backup", "copy.mv.db")).contains("accepted up to event 1\n");
        } finally {
            destination.stop(0);
        }
    }

    private Path keyStore(String name) throws Exception {
        Path file = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool")
                .toString(), "-genkeypair", "-alias", "tls", "-keyalg", "EC", "-dname", "CN=" + name, "-ext",
                "san=dns:localhost", "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass",
                new String(PASSWORD))).inheritIO().start();
        assertThat(keytool.waitFor()).isZero();
        return file;
    }

    /** One with the key of this store, which trusts its certificate. */
    private static SSLContext context(Path keyStore) throws Exception {
        KeyStore store = KeyStore.getInstance(keyStore.toFile(), PASSWORD);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }
}
