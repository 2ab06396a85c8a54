using System.Text.RegularExpressions;

namespace TrackHub.Architecture.Tests;

/// <summary>What holds for every file of the repository, each rule as a function that says what breaks it.</summary>
internal static partial class HouseRules
{
    /// <summary>Lines a C# file may have. The aim is 250; past this one a file is two features.</summary>
    public const int MaxLines = 400;

    // platform/decisions/0001-own-producer-binding.md
    private const string UnsafeFolder = "platform/TrackHub.Platform/Streams/Native/";

    private static readonly string[] SecretNames = [".env", "id_rsa", "id_ed25519"];
    private static readonly string[] ForeignEndings = [".pem", ".pfx", ".p12", ".key", ".nupkg", ".dll", ".so"];

    // In parts, because this file is searched as well. The reader's own NuGet, npm and apt configuration names the registries.
    private static readonly string[] RegistryHosts = ["nuget" + ".org", "npmjs" + ".org", "npmjs" + ".com", "debian" + ".org"];

    /// <summary>Says when a file is longer than <see cref="MaxLines"/>; <see langword="null"/> when it is not.</summary>
    public static string? TooLong(string path, string text)
    {
        var lines = text.Count(static c => c == '\n') + (text.EndsWith('\n') || text.Length == 0 ? 0 : 1);
        return lines > MaxLines ? $"{path} has {lines} lines, more than {MaxLines}" : null;
    }

    /// <summary>Top folders of <paramref name="paths"/> (hidden ones aside) that have no README.md.</summary>
    public static IEnumerable<string> FoldersWithoutReadme(IReadOnlyCollection<string> paths) =>
        paths.Where(static path => path.Contains('/') && path[0] != '.')
            .Select(static path => path[..path.IndexOf('/')])
            .Distinct(StringComparer.Ordinal)
            .Where(folder => !paths.Contains($"{folder}/README.md", StringComparer.Ordinal));

    /// <summary>Says why a file of this name does not belong into the repository; <see langword="null"/> when it does.</summary>
    public static string? ForbiddenName(string path)
    {
        var name = Path.GetFileName(path);
        if (SecretNames.Contains(name, StringComparer.Ordinal))
            return $"{path} is where secrets are kept";
        return ForeignEndings.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase) ? $"{path} is a key or a binary" : null;
    }

    /// <summary>Says when a source file holds unsafe code outside the one folder that binds a native library; <see langword="null"/> when it does not.</summary>
    public static string? UnsafeCode(string path, string text) =>
        !path.StartsWith(UnsafeFolder, StringComparison.Ordinal) && Unsafe().IsMatch(text) ? $"{path} holds unsafe code, which is for {UnsafeFolder} alone" : null;

    /// <summary>Says what a text holds that no file here may hold, never quoting it.</summary>
    public static IEnumerable<string> ForbiddenText(string path, string text)
    {
        if (PrivateKey().IsMatch(text))
            yield return $"{path} holds a private key";
        foreach (var host in RegistryHosts)
        {
            if (text.Contains(host, StringComparison.OrdinalIgnoreCase))
                yield return $"{path} names the registry {host}";
        }
    }

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----")]
    private static partial Regex PrivateKey();

    // The keyword after others or alone; not in a comment, not in a text.
    [GeneratedRegex(@"^[ \t]*(?:[a-z]+ )*unsafe\b", RegexOptions.Multiline)]
    private static partial Regex Unsafe();
}
