using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace TrackHub.LocalKafka.Access;

/// <summary>The certificate that the broker and its registry show, read again when its file changes.</summary>
/// <remarks>Thread-safe. A file that cannot be used leaves the certificate before it. Connections keep the one they began with.</remarks>
internal sealed partial class ServerCertificate
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(5);

    private readonly Lock _reading = new();
    private readonly string _path;
    private readonly string _keyPath;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private Shown _shown;
    private byte[] _file;
    private long _readAt;

    private sealed record Shown(SslServerAuthenticationOptions Tls, DateTimeOffset Expires);

    /// <summary>Reads a certificate found good by <see cref="FaultOf"/>.</summary>
    public ServerCertificate(string path, string? keyPath, TimeProvider clock, ILogger logger)
    {
        (_path, _keyPath, _clock, _logger) = (path, KeyFile(path, keyPath), clock, logger);
        _file = ReadFiles();
        _shown = Load(path, keyPath);
        _readAt = clock.GetTimestamp();
    }

    /// <summary>When the certificate that is shown now ends.</summary>
    public DateTimeOffset Expires => Current().Expires;

    /// <summary>What the next handshake offers: the system's TLS versions and ciphers.</summary>
    public SslServerAuthenticationOptions Tls => Current().Tls;

    /// <summary>Why the certificate cannot be used, or null.</summary>
    public static string? FaultOf(string path, string? keyPath)
    {
        try
        {
            Load(path, keyPath);
            return null;
        }
        catch (Exception fault) when (IsExpected(fault))
        {
            return $"CertificatePath ({path}) or KeyPath ({KeyFile(path, keyPath)}) cannot be used: {fault.Message} Give a certificate and its private key in PEM, the key not encrypted.";
        }
    }

    private Shown Current()
    {
        lock (_reading)
        {
            if (_clock.GetElapsedTime(_readAt) < Age)
                return _shown;

            _readAt = _clock.GetTimestamp();
            try
            {
                var file = ReadFiles();
                if (!file.AsSpan().SequenceEqual(_file))
                {
                    // Certificate and key are two writes: what does not match yet is tried again.
                    _shown = Load(_path, _keyPath);
                    _file = file;
                    Log.Changed(_logger, _path, _shown.Expires);
                }
            }
            catch (Exception fault) when (IsExpected(fault))
            {
                Log.Kept(_logger, _path, fault.Message);
            }

            return _shown;
        }
    }

    private byte[] ReadFiles() => [.. File.ReadAllBytes(_path), .. File.ReadAllBytes(_keyPath)];

    private static string KeyFile(string path, string? keyPath) => string.IsNullOrEmpty(keyPath) ? path : keyPath;

    private static Shown Load(string path, string? keyPath)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(path);
        var certificate = X509Certificate2.CreateFromPemFile(path, KeyFile(path, keyPath));

        // Offline: a handshake must not wait for anybody's revocation list.
        var context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        return new Shown(new SslServerAuthenticationOptions { ServerCertificateContext = context }, new DateTimeOffset(certificate.NotAfter));
    }

    private static bool IsExpected(Exception fault) => fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private static partial class Log
    {
        [LoggerMessage(41, LogLevel.Information, "The certificate of {Path} changed; it ends {Expires}")]
        public static partial void Changed(ILogger logger, string path, DateTimeOffset expires);

        [LoggerMessage(42, LogLevel.Warning, "The former certificate stays, {Path} cannot be used: {Fault}")]
        public static partial void Kept(ILogger logger, string path, string fault);
    }
}
