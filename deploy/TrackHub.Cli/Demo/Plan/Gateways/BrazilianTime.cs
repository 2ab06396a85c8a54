using System.Globalization;

namespace TrackHub.Cli.Demo.Plan.Gateways;

/// <summary>Times as Brazilian gateways print them: no zone, America/Sao_Paulo, which is three hours behind UTC since 2019.</summary>
internal static class BrazilianTime
{
    private static readonly TimeSpan Offset = TimeSpan.FromHours(-3);

    /// <summary>Without seconds.</summary>
    public static string Minutes(DateTimeOffset at) => at.ToOffset(Offset).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>With seconds.</summary>
    public static string Seconds(DateTimeOffset at) => at.ToOffset(Offset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
