using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace TrackHub.LocalKafka.Access;

/// <summary>Who may come in: user names, and passwords from a file each.</summary>
/// <remarks>
/// Thread-safe. Passwords are long and random, so a fast keyed hash under a key of this process is enough to compare by: what stays in memory
/// is of no use elsewhere. Files are looked at again at most once a second; one that cannot be read leaves what it said before.
/// </remarks>
internal sealed partial class PasswordFiles
{
    /// <summary>Shorter ones could be guessed: hex digits of half as many random bytes.</summary>
    private const int MinBytes = 16;

    private const int MaxBytes = 1024;
    private const string Remedy = "make one with: openssl rand -hex 24";
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    private readonly Lock _reading = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, string> _paths;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly HashSet<string> _faulty = new(StringComparer.Ordinal);
    private Dictionary<string, byte[][]> _digests = new(StringComparer.Ordinal);
    private long _readAt;

    /// <param name="paths">Path of the password's file by user name, found good by <see cref="FaultsOf"/>.</param>
    public PasswordFiles(IReadOnlyDictionary<string, string> paths, TimeProvider clock, ILogger logger)
    {
        _paths = new(paths, StringComparer.Ordinal);
        _clock = clock;
        _logger = logger;
        Read();
    }

    /// <summary>What is wrong with the files, a sentence each; shows no password.</summary>
    public static IEnumerable<string> FaultsOf(IReadOnlyDictionary<string, string> paths)
    {
        if (paths.Count == 0)
            yield return "Users is empty: an address other than loopback is served to known users only; set Users:<name> to the path of a file with a password.";
        foreach (var (user, path) in paths)
        {
            if (user.Contains('\0', StringComparison.Ordinal) || user.Contains(':', StringComparison.Ordinal))
                yield return "Users has a name with a colon or a NUL; HTTP Basic and SASL/PLAIN end names by them.";
            else if (TryRead(path, out var passwords) is { } fault)
                yield return $"Users:{user}: {fault}";
            else if (passwords.Find(static password => password.Length is < MinBytes or > MaxBytes) is { } wrong)
                yield return $"Users:{user}: {path} has a password of {wrong.Length} bytes; {MinBytes} to {MaxBytes} are taken; {Remedy}";
            else if (passwords.Count == 0)
                yield return $"Users:{user}: {path} is empty; {Remedy}";
        }
    }

    /// <summary>Whether this is a password of that user. Takes as long for a wrong one, and for a user that is not known.</summary>
    public bool Know(string user, ReadOnlySpan<byte> password)
    {
        var digest = HMACSHA256.HashData(_key, password);
        var known = Current();
        var isKnown = false;
        foreach (var (name, digests) in known)
        {
            var isUser = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(user));
            foreach (var right in digests)
                isKnown |= isUser & CryptographicOperations.FixedTimeEquals(right, digest);
        }

        return isKnown;
    }

    private Dictionary<string, byte[][]> Current()
    {
        lock (_reading)
        {
            if (_clock.GetElapsedTime(_readAt) >= Age)
                Read();
            return _digests;
        }
    }

    private void Read()
    {
        var digests = new Dictionary<string, byte[][]>(StringComparer.Ordinal);
        foreach (var (user, path) in _paths)
        {
            var fault = FaultsOf(new Dictionary<string, string>(StringComparer.Ordinal) { [user] = path }).FirstOrDefault();
            if (fault is null && TryRead(path, out var passwords) is null)
                digests[user] = [.. passwords.Select(password => HMACSHA256.HashData(_key, password))];
            else if (_digests.TryGetValue(user, out var before))
                digests[user] = before;

            if (fault is null)
                _faulty.Remove(user);
            else if (_faulty.Add(user))
                Log.Kept(_logger, fault);
        }

        _digests = digests;
        _readAt = _clock.GetTimestamp();
    }

    /// <returns>Null, or why the file cannot be read.</returns>
    private static string? TryRead(string path, out List<byte[]> passwords)
    {
        passwords = [];
        try
        {
            passwords = [.. File.ReadAllLines(path).Where(static line => line.Length > 0).Select(Encoding.UTF8.GetBytes)];
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"the file with its password cannot be read: {fault.Message}";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(40, LogLevel.Warning, "The former password stays: {Fault}")]
        public static partial void Kept(ILogger logger, string fault);
    }
}
