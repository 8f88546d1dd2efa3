classdef Elsewhere
    %ELSEWHERE   One number that is numeric and yet never a double of this process, as those of gpuArray.
    properties
        number
    end
    methods
        function self = Elsewhere(number)
            self.number = number;
        end
        function yes = isnumeric(~)
            yes = true;
        end
        function yes = isfloat(~)
            yes = true;
        end
        function yes = isreal(~)
            yes = true;
        end
        function self = double(self)
        end
        function number = abs(self)
            number = abs(self.number);
        end
        function out = subsref(self, where)
            out = self;
            if strcmp(where(1).type, '.')
                out = self.number;
            end
        end
    end
end
