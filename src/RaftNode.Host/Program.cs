Console.WriteLine("raftnode");
