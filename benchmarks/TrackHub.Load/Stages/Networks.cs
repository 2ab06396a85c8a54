namespace TrackHub.Load.Stages;

/// <summary>Where a request comes from. Numbers stand for addresses and their neighbourhoods; equal ones are the same.</summary>
internal readonly record struct Network(NetworkKind Kind, int Address, int Prefix);

/// <summary>Kinds of network, by who shares an address.</summary>
internal enum NetworkKind
{
    /// <summary>A household.</summary>
    Home,

    /// <summary>A mobile carrier.</summary>
    Mobile,

    /// <summary>An office, a university, a café.</summary>
    Place,
}

/// <summary>Draws networks.</summary>
internal sealed class Networks(TrafficMix mix, Random random)
{
    // Far apart, so that kinds never share a number.
    private const int Carriers = 1_000_000;
    private const int PlacesFrom = 2_000_000;
    private const int HomesPerPrefix = 2;
    private readonly List<Network> _homes = [];

    /// <summary>A visitor's network: by the shares, sometimes the home of an earlier visitor.</summary>
    public Network Draw()
    {
        var share = random.NextDouble();
        return share < mix.Mobile ? Carrier() : share < mix.Mobile + mix.SharedPlaces ? Place() : Home();
    }

    /// <summary>The network of the same visitor a while later: carriers give another address, mostly of the same neighbourhood.</summary>
    public Network Later(Network network, TimeSpan later)
    {
        if (network.Kind != NetworkKind.Mobile || random.NextDouble() > Math.Min(0.8, 0.1 + (later.TotalHours * 0.2)))
            return network;
        var perPrefix = mix.CarrierAddresses / mix.CarrierPrefixes;
        return random.NextDouble() < 0.75
            ? network with { Address = Carriers + ((network.Prefix - Carriers) * perPrefix) + random.Next(perPrefix) }
            : Carrier();
    }

    /// <summary>Another network of the same visitor: out of the house, or home again.</summary>
    public Network Other(Network network) => network.Kind == NetworkKind.Home ? Carrier() : NewHome();

    private Network Home() => _homes.Count > 0 && random.NextDouble() < mix.SecondInHousehold ? _homes[random.Next(_homes.Count)] : NewHome();

    private Network NewHome()
    {
        var home = new Network(NetworkKind.Home, _homes.Count, _homes.Count / HomesPerPrefix);
        _homes.Add(home);
        return home;
    }

    private Network Carrier()
    {
        var address = random.Next(mix.CarrierAddresses);
        return new(NetworkKind.Mobile, Carriers + address, Carriers + (address / (mix.CarrierAddresses / mix.CarrierPrefixes)));
    }

    private Network Place()
    {
        var place = random.Next(mix.Places);
        return new(NetworkKind.Place, PlacesFrom + place, PlacesFrom + place);
    }
}
