namespace TrackHub.Cli.Demo.Plan;

/// <summary>A person of the plan, invented.</summary>
/// <param name="Number">Number in the run.</param>
/// <param name="Name">Name.</param>
/// <param name="Email">Address at example.com.</param>
/// <param name="Phone">Phone number that nobody has.</param>
/// <param name="Session">Browser session.</param>
/// <param name="ClickId">TrackHub click id.</param>
/// <param name="Ip">Address of a documentation range.</param>
/// <param name="UserAgent">User agent.</param>
/// <param name="Fbclid">Meta's click id, case-sensitive.</param>
/// <param name="Fbp">Meta's browser cookie.</param>
/// <param name="SeenAt">When the ad was clicked.</param>
internal sealed record Visitor(
    int Number, string Name, string Email, string Phone, string Session, string ClickId, string Ip, string UserAgent, string Fbclid, string Fbp,
    DateTimeOffset SeenAt)
{
    private static readonly string[] FirstNames = ["Ana", "Bruno", "Carla", "Davi", "Elisa", "Fábio", "Gabriela", "Heitor", "Inês", "João", "Lívia", "Mário"];
    private static readonly string[] LastNames = ["Exemplo", "Fictícia", "da Amostra", "Modelo", "de Teste e Silva", "Conceição Exemplo"];

    private static readonly string[] UserAgents =
    [
        "Mozilla/5.0 (Linux; Android 14; Exemplo) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15",
    ];

    /// <summary>Meta's click cookie, as a page that saw the click keeps it.</summary>
    public string Fbc => $"fb.1.{SeenAt.ToUnixTimeMilliseconds()}.{Fbclid}";

    /// <summary>A new person.</summary>
    /// <param name="ids">The run's ids.</param>
    /// <param name="random">Decides names and times.</param>
    /// <param name="at">The moment of the plan; the ad was clicked up to half an hour before.</param>
    public static Visitor New(RunIds ids, Random random, DateTimeOffset at)
    {
        var number = ids.Next();
        var seenAt = at.AddSeconds(-random.Next(300, 1_800));
        return new(
            number,
            $"{FirstNames[random.Next(FirstNames.Length)]} {LastNames[random.Next(LastNames.Length)]}",
            $"pessoa.{ids.Run}.{number}@example.com",
            ids.Phone(),
            $"s-{ids.Run}-{number}",
            ids.ClickId(),
            ids.Ip(),
            UserAgents[random.Next(UserAgents.Length)],
            "IwDemo_" + ids.Text("fbclid", 20) + ids.UpperText("fbclid", 20),
            $"fb.1.{seenAt.ToUnixTimeMilliseconds()}.{ids.Digits("fbp", 10)}",
            seenAt);
    }
}
