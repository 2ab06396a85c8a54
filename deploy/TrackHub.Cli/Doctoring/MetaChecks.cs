using System.Globalization;
using Microsoft.Extensions.Configuration;
using TrackHub.Dispatch.Calling;

namespace TrackHub.Cli.Doctoring;

/// <summary>The way to Meta: reached, over TLS where it is Meta itself, and agreeing about the time.</summary>
internal static class MetaChecks
{
    // Meta refuses events from the future, and signatures are judged within minutes.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Asks once, without a token: any answer will do.</summary>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(IConfiguration settings, CancellationToken cancellationToken)
    {
        var address = new Uri(settings["Meta:BaseUrl"] ?? "https://graph.facebook.com/");
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Limit };
        using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        List<Finding> findings = [Finding.Ok("meta", $"{address.Host} answers {(int)answer.StatusCode}{(address.Scheme == Uri.UriSchemeHttps ? " over TLS" : "")}")];
        if (answer.Headers.Date is { } theirs) findings.Add(Clocks.Compare("meta: clock", theirs, TimeProvider.System.GetUtcNow(), Skew));
        findings.Add(Version(settings["Meta:ApiVersion"] ?? GraphVersions.Usual, TimeProvider.System.GetUtcNow()));
        return findings;
    }

    /// <summary>Whether Meta goes on serving the version that calls are made to.</summary>
    internal static Finding Version(string version, DateTimeOffset now) => GraphVersions.WarningOf(version, now) is { } warning
        ? new("meta: version", Verdict.Warning, warning, "set TRACKHUB_Meta__ApiVersion to a later one; the changelog of the Graph API says what differs")
        : Finding.Ok("meta: version", GraphVersions.EndOf(version) is { } end ? $"{version}, served until {end:yyyy-MM-dd}" : $"{version}, no end announced");
}

/// <summary>Another clock against ours.</summary>
internal static class Clocks
{
    /// <summary>A fault where they differ by more than the limit.</summary>
    public static Finding Compare(string check, DateTimeOffset theirs, DateTimeOffset ours, TimeSpan limit)
    {
        var ahead = (ours - theirs).TotalSeconds;
        return Finding.Expect(
            Math.Abs(ahead) <= limit.TotalSeconds, check,
            string.Create(CultureInfo.InvariantCulture, $"this machine is {Math.Abs(ahead):0.0} s {(ahead < 0 ? "behind" : "ahead")}, {limit.TotalSeconds:0} s allowed"),
            Verdict.Fault, "keep both clocks by NTP (chrony or systemd-timesyncd)");
    }
}
