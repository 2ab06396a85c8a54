using TrackHub.Platform.Identity;

namespace TrackHub.Benchmarks.Samples;

/// <summary>Invented people, as much of them as a click and as a sale tell.</summary>
internal static class SamplePeople
{
    /// <summary>A user agent of usual length.</summary>
    public const string UserAgent = "Mozilla/5.0 (Linux; Android 14; Exemplo) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36";

    /// <summary>What an ad click tells: the device and Meta's ids.</summary>
    public static PersonData Click() => new()
    {
        ExternalId = "cliente-42",
        Ip = "203.0.113.9",
        UserAgent = UserAgent,
        Fbp = "fb.1.1757520000000.1098115397",
        Fbclid = "IwAR_exemplo_0123456789abcdefghijklmnopqrstuvwxyz0123456789AB",
    };

    /// <summary>What a sale tells: the buyer with a whole address.</summary>
    public static PersonData Sale()
    {
        var person = new PersonData
        {
            FirstName = "Maria",
            LastName = "da Conceição Exemplo",
            City = "São Paulo",
            State = "São Paulo",
            Zip = "01310-100",
            Country = "Brasil",
            Ip = "203.0.113.9",
            UserAgent = UserAgent,
            Fbp = "fb.1.1757520000000.1098115397",
            Fbc = "fb.1.1757520000000.IwAR_exemplo_0123456789abcdefghijklmnopqrstuvwxyz0123456789AB",
        };
        person.Emails.Add("Compradora.Exemplo@Example.com");
        person.Phones.Add("+55 (11) 90000-0001");
        return person;
    }
}
