using BenchmarkDotNet.Attributes;
using TrackHub.Platform.Identity;

namespace TrackHub.Benchmarks.Identity;

/// <summary>One value as a person wrote it to the hash that Meta gets.</summary>
[MemoryDiagnoser]
public class NormalizeBenchmarks
{
    /// <summary>The hash alone, of a text of usual length.</summary>
    [Benchmark(Baseline = true)]
    public string Hash() => Normalizer.Sha256Hex("compradora.exemplo@example.com");

    /// <summary>E-mail.</summary>
    [Benchmark]
    public string Email() => Hashed(Normalizer.Email(" Compradora.Exemplo@Example.com"));

    /// <summary>Brazilian mobile number.</summary>
    [Benchmark]
    public string Phone() => Hashed(Normalizer.Phone("+55 (11) 90000-0001"));

    /// <summary>Given name.</summary>
    [Benchmark]
    public string FirstName() => Hashed(Normalizer.FirstName("Conceição"));

    /// <summary>Family name of several words: two spellings.</summary>
    [Benchmark]
    public string LastName() => Hashed(Normalizer.LastName("da Conceição Exemplo"));

    /// <summary>City with accents: two spellings.</summary>
    [Benchmark]
    public string City() => Hashed(Normalizer.City("São Paulo"));

    /// <summary>Brazilian state by its name.</summary>
    [Benchmark]
    public string State() => Hashed(Normalizer.State("São Paulo", "Brasil"));

    /// <summary>Postal code: two spellings.</summary>
    [Benchmark]
    public string Zip() => Hashed(Normalizer.Zip("01310-100", "Brasil"));

    /// <summary>Country by its name.</summary>
    [Benchmark]
    public string Country() => Hashed(Normalizer.Country("Brasil"));

    /// <summary>Birth date.</summary>
    [Benchmark]
    public string BirthDate() => Hashed(Normalizer.BirthDate("1997-03-02"));

    private static string Hashed(Normalized value)
    {
        if (value.Second is { } second)
            Normalizer.Sha256Hex(second);
        return Normalizer.Sha256Hex(value.Primary ?? throw new InvalidOperationException($"The sample is not taken: {value.Reason}."));
    }
}
