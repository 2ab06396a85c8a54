using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Access;
using TrackHub.Testing;

namespace TrackHub.LocalKafka.Tests.Access;

public sealed class ServerCertificateTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("certificate-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_renewed_certificate_is_shown_from_the_next_look_on()
    {
        var (path, key) = TestCertificate.Write(_folder);
        var certificate = new ServerCertificate(path, key, _clock, NullLogger.Instance);
        var first = Shown(certificate);
        first.ShouldBe(X509CertificateLoader.LoadCertificateFromFile(path).Thumbprint);

        TestCertificate.Write(_folder);
        Shown(certificate).ShouldBe(first);
        _clock.Advance(TimeSpan.FromSeconds(5));

        Shown(certificate).ShouldBe(X509CertificateLoader.LoadCertificateFromFile(path).Thumbprint);
        Shown(certificate).ShouldNotBe(first);
    }

    [Fact]
    public void A_certificate_whose_key_has_not_come_yet_leaves_the_former_and_is_looked_at_again()
    {
        var (path, key) = TestCertificate.Write(_folder);
        var certificate = new ServerCertificate(path, key, _clock, NullLogger.Instance);
        var first = Shown(certificate);
        var formerKey = File.ReadAllText(key);
        TestCertificate.Write(_folder);
        var nextKey = File.ReadAllText(key);

        File.WriteAllText(key, formerKey);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Shown(certificate).ShouldBe(first);

        File.WriteAllText(key, nextKey);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Shown(certificate).ShouldNotBe(first);
    }

    [Fact]
    public void Certificate_and_key_may_lie_in_one_file()
    {
        var (path, key) = TestCertificate.Write(_folder);
        File.AppendAllText(path, "\n" + File.ReadAllText(key));

        ServerCertificate.FaultOf(path, keyPath: null).ShouldBeNull();
    }

    [Fact]
    public void What_cannot_be_used_is_named_with_its_remedy()
    {
        var (path, _) = TestCertificate.Write(_folder);

        foreach (var fault in new[] { ServerCertificate.FaultOf(path, keyPath: null), ServerCertificate.FaultOf(Path.Combine(_folder, "none.pem"), null) })
        {
            fault.ShouldNotBeNull();
            fault.ShouldContain(_folder);
            fault.ShouldContain("private key in PEM");
        }
    }

    private static string Shown(ServerCertificate certificate) => certificate.Tls.ServerCertificateContext!.TargetCertificate.Thumbprint;
}
