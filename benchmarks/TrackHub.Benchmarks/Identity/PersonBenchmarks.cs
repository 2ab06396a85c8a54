using BenchmarkDotNet.Attributes;
using TrackHub.Benchmarks.Samples;
using TrackHub.Platform.Identity;

namespace TrackHub.Benchmarks.Identity;

/// <summary>A person in clear to hashes, blind indexes and a sealed field: the whole of what the ingress does with personal data.</summary>
[MemoryDiagnoser]
public class PersonBenchmarks
{
    private readonly PersonData _click = SamplePeople.Click();
    private readonly PersonData _sale = SamplePeople.Sale();

    /// <summary>The visitor of a click.</summary>
    [Benchmark]
    public SealedPerson Click() => SampleBrand.People.Seal(SampleBrand.Brand, _click, SampleBrand.Now);

    /// <summary>The buyer of a sale.</summary>
    [Benchmark]
    public SealedPerson Sale() => SampleBrand.People.Seal(SampleBrand.Brand, _sale, SampleBrand.Now);
}
